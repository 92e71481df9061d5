/** A thread that trains, in which no random number comes without a seed. */

import "./_no_random.ts";
import "../../lib/search/worker.ts";
