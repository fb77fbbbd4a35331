import { ChevronRight } from "lucide-react";

/** Before the words of a `summary`, whose `details` has the class `group`: says that there is more, and turns. */
export function DisclosureMark() {
	return (
		<ChevronRight
			size={14}
			aria-hidden="true"
			className="shrink-0 transition-transform group-open:rotate-90 rtl:not-group-open:rotate-180"
		/>
	);
}
