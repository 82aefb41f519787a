"""Runs the SQL of stdin with DuckDB in the folder of the first argument and prints the rows as JSON."""

import json
import os
import sys

import duckdb

os.chdir(sys.argv[1])
answer = duckdb.sql(sys.stdin.read())
print(json.dumps([dict(zip(answer.columns, row)) for row in answer.fetchall()], default=str))
