/** The title of /chat while nothing waits to be read. */
export const CHAT_TITLE = "Chat with us · Mevi Living";
