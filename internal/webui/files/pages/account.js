// Signing in and up, in place: a dialog over whatever page is open.

/** Opens the dialog. Resolves to whether somebody is signed in at its end. @returns {Promise<boolean>} */
export async function askToSignIn() { return false; }

export const AccountDialog = () => null;
