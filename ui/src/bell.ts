/** The entry of the bell window. */

import Bell from "./bell/Bell.svelte";
import { raise } from "./window";

void raise(Bell);
