// This script is loaded with --import into the child processes of a command. Node closes the channel to the parent
// process when the parent has ended in any way. The child then exits too, because otherwise it would keep the port and
// the database.
process.on("disconnect", () => process.exit(1));
// The listener alone must not keep a child process running that has finished its work.
process.channel?.unref();
