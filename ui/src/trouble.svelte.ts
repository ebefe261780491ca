/** Whether something that was asked of the desk came to nothing. The next view that comes ends it. */

export const trouble = $state({ is: false });

addEventListener("unhandledrejection", () => (trouble.is = true));
