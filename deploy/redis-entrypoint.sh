#!/bin/sh
# Become Redis, with the password from the environment added to the configuration.
set -eu
config=${1:-/etc/redis/redis.conf}

case ${CITYHUB_REDIS_PASSWORD:-} in
  "" | *[!A-Za-z0-9._~-]*)
    # The password also stands in a URL, where other characters would need escapes.
    echo "CITYHUB_REDIS_PASSWORD: set it to letters, digits and . _ ~ - only" \
      "(openssl rand -hex 24)" >&2
    exit 78
    ;;
esac

# By standard input: a password on a command line shows in the process list.
exec redis-server - <<CONFIG
$(cat "$config")
requirepass $CITYHUB_REDIS_PASSWORD
CONFIG
