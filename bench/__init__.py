"""How fast Florin is on this machine, beside a baseline measured in the same run."""
