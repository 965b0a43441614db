"""Who asks: parse, check the right, call one flow, render."""
