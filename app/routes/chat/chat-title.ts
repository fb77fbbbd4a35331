/** Title of /chat without unread messages. */
export const CHAT_TITLE = "Chat with us · Mevi Living";
