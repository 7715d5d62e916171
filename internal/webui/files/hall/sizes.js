// From which size on what is drawn and done: radii of a seat on the screen, in
// CSS px.

/** Smaller seats are not drawn: their sections are. */
export const far = 2.3;

/** Smaller seats are not chosen by a click or a tap: the picture comes nearer. */
export const pointed = {mouse: 3.2, touch: 6.5};

/** Rows of smaller seats have no labels. */
export const labelled = 5;

/** Smaller seats are brought nearer when they are to be seen. */
export const readable = 8;

/** Smaller seats have no numbers. */
export const numbered = 9;

/** What the picture comes to for seats to be chosen. */
export const near = 13;

/** Seats get no larger. */
export const closest = 28;

/** How long the picture flies somewhere, in ms. */
export const flight = 260;
