/** Title of the page /chat when there are no unread messages. */
export const CHAT_TITLE = "Chat with us · Mevi Living";
