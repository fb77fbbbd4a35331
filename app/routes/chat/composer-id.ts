/**
 * Id of the form the customer writes in. Buttons outside it belong to it, so that without scripts the text being
 * written goes along and comes back with the page.
 */
export const COMPOSER_ID = "composer";
