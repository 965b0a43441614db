"""Where hosted mail senders tell what became of our mails."""
