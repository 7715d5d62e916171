# Runs one service for a test binary, so that none is ever left behind.
#
#   sh supervise.sh COMMAND [ARGUMENT…]
#
# Standard input is a pipe that only the test binary holds: when it closes,
# however that came, the service is killed. The first line on standard output
# is the service's process id; the status is the service's.
exec 3<&0
"$@" </dev/null 3<&- &
service=$!
{
	read -r _ <&3
	kill -9 "$service"
} >/dev/null 2>&1 &
watcher=$!
exec 3<&-
echo "$service"
wait "$service"
status=$?
kill -9 "$watcher" 2>/dev/null
exit "$status"
