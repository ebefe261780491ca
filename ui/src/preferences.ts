/** The entry of the preferences window. */

import Preferences from "./preferences/Preferences.svelte";
import { raise } from "./window";

void raise(Preferences);
