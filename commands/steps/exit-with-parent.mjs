// Loaded with --import into the processes that a command starts. Node's channel to the parent breaks when
// the parent is gone, however it ended; a server that outlived it would hold the port and its database.
process.on("disconnect", () => process.exit(1));
// The listener alone must not keep a process running that has finished.
process.channel?.unref();
