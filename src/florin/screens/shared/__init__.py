"""What all screens share: base page, style, middleware, template helpers, answers to errors."""
