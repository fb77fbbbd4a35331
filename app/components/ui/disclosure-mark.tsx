import { ChevronRight } from "lucide-react";

/** The arrow before a `summary`, which turns when the `details` (class `group`) is open. */
export function DisclosureMark() {
	return (
		<ChevronRight
			size={14}
			aria-hidden="true"
			className="shrink-0 transition-transform group-open:rotate-90 rtl:not-group-open:rotate-180"
		/>
	);
}
