#!/bin/sh
# Makes the secrets of compose.yaml at the first start and leaves them alone afterwards:
# each service sees the folder with its own.
#   secrets.sh FOLDER TEMPLATE-OF-USERS.ACL
set -eu
folder=$1
template=$2

random() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
sha256() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

# put FILE VALUE: writes the file, whole or not at all.
put() {
  printf '%s\n' "$2" >"$1.new"
  chmod 444 "$1.new"
  mv -f "$1.new" "$1"
}

# keep FILE VALUE: writes it where there is none yet.
keep() { test -s "$1" || put "$1" "$2"; }

mkdir -p "$folder/seathold" "$folder/redis" "$folder/mongo" "$folder/grafana"
cd "$folder"

keep redis/password "$(random)"
keep redis/admin "$(random)"
keep mongo/password "$(random)"
keep mongo/admin "$(random)"
keep mongo/keyfile "$(random)$(random)"
keep seathold/jwt "$(random)"
keep seathold/webhook "whsec_$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
keep seathold/demo "$(random | head -c 14)"
keep seathold/redis-url "redis://seathold:$(cat redis/password)@redis:6379/0"
keep seathold/mongodb-uri "mongodb://seathold:$(cat mongo/password)@mongo-1:27017,mongo-2:27017,mongo-3:27017/seathold?replicaSet=rs0"
keep grafana/admin "$(random)"

# Always anew: a change of the users' rights comes into force with the next start.
put redis/users.acl "$(sed -e "s/#SEATHOLD_SHA256/#$(sha256 "$(cat redis/password)")/" \
  -e "s/#ADMIN_SHA256/#$(sha256 "$(cat redis/admin)")/" "$template")"

# All may be read by whoever a container runs as: it sees its own folder only. But
# MongoDB wants its key to be the server's alone, which is user 999 in its image.
chmod 400 mongo/keyfile
chown "${MONGO_USER:-999}" mongo/keyfile

echo "demo accounts: customer@, organizer@ and operator@demo.example, password $(cat seathold/demo)"
echo "Grafana: admin, password $(cat grafana/admin)"
