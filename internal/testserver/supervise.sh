# Runs one server for a test binary and outlives it by a moment.
#
#   sh supervise.sh FOLDER keep|remove COMMAND [ARGUMENT…]
#
# Standard input is a pipe that only the test binary holds. When it closes,
# because the test is done or because the binary died in any way whatever, the
# server is killed, and what it started where it leads a process group of its
# own (setsid). Prints the server's process id; what the server prints goes
# to standard error. Ends when the server has ended, and then removes FOLDER
# unless it is to be kept.
folder=$1
after=$2
shift 2

exec 3<&0
"$@" </dev/null 1>&2 3<&- &
server=$!
{
	read -r _ <&3
	kill -9 "-$server" || kill -9 "$server"
} >/dev/null 2>&1 &
watcher=$!

echo "$server"
exec >/dev/null 2>&1
wait "$server"
kill -9 "$watcher"
kill -9 "-$server"
if [ "$after" = remove ]; then
	rm -rf "$folder"
fi
