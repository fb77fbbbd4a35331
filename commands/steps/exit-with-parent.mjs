// Loaded with --import into the processes that a command starts. Node's channel to the parent closes when the parent
// has ended in any way; a server that outlived it would keep the port and the database.
process.on("disconnect", () => process.exit(1));
// The listener alone must not keep a finished process running.
process.channel?.unref();
