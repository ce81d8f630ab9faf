#!/bin/sh
# The database first; then the parts of Airflow, without the servers for logs, which would listen on every address.
set -e
airflow db migrate
airflow api-server --host 127.0.0.1 --port "$1" --workers 1 &
airflow dag-processor &
exec airflow scheduler --skip-serve-logs
