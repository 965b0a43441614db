"""Many payments in bad weather: kills, time-outs, lost and doubled notices; then books against bank."""
