#!/bin/sh
# Make the broker's password file from the environment, then become the broker.
set -eu
umask 077
config=${1:-/mosquitto/config/mosquitto.conf}
acl=${2:-/mosquitto/config/mosquitto.acl}
folder=${3:-/run/mosquitto}

for name in CITYHUB_MQTT_PASSWORD CITYHUB_DEVICES_PASSWORD; do
  eval "secret=\${$name:-}"
  case $secret in
    "" | *[!A-Za-z0-9._~-]*)
      # The password also stands in a URL, where other characters would need escapes.
      echo "$name: set it to letters, digits and . _ ~ - only (openssl rand -hex 24)" >&2
      exit 78
      ;;
  esac
done

# Written in plain and hashed in place: a password on a command line shows in the process list.
printf '%s:%s\n' hub "$CITYHUB_MQTT_PASSWORD" devices "$CITYHUB_DEVICES_PASSWORD" \
  > "$folder/passwords"
mosquitto_passwd -U "$folder/passwords"
cat "$acl" > "$folder/acl"
unset secret CITYHUB_MQTT_PASSWORD CITYHUB_DEVICES_PASSWORD
exec mosquitto -c "$config"
