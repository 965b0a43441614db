"""What runs: the commands of `florin`, the web server, the worker, the keeper of processes."""
