"""Write a file of a million rows: 50,000 invoices of 4,000 customers and 3,000 products."""

import sys
from pathlib import Path

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"

with Path(sys.argv[1]).open("w") as file:
    file.write(f"{HEAD}\n")
    for row in range(1_000_000):
        document = row // 20
        day = f"2026-0{1 + document % 9}-15 10:00:00"
        price = f"{(row % 500) / 100 + 0.05:.2f}"
        article = f"P{row % 3000},Product {row % 3000} red,{1 + row % 9}"
        file.write(f"{900000 + document},{article},{day},{price},{70000 + document % 4000},United Kingdom\n")
