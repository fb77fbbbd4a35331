/**
 * Id of the form of the customer's composer. Buttons outside the form belong to it, so that without scripts the draft
 * is posted with the button and the next page shows the draft again.
 */
export const COMPOSER_ID = "composer";
