/**
 * Id of the customer's composer form. Buttons outside it belong to it, so that without scripts the draft is posted
 * with them and comes back with the page.
 */
export const COMPOSER_ID = "composer";
