#!/bin/sh
# Runs once, in an empty database volume: one database and one role for each of the two programs, neither reads the other's.
set -eu

create() {
  psql -v ON_ERROR_STOP=1 -v name="$1" -v password="$2" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}

create hapi "$HAPI_DB_PASSWORD"
create sextant "$SEXTANT_DB_PASSWORD"
