"""What a company takes with it when it leaves: which tables, which columns, and what each of them means."""
