"""The processor's account: payouts, settlement, reconciliation, refusals."""
