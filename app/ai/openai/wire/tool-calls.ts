import { hasVisibleText } from "#app/text/visible-text.ts";
import { ProviderFault } from "../provider-fault.ts";
import { argumentsObject, isObject, isWholeObject, objectsIn } from "./arguments.ts";
import { toolNameOf } from "./call-names.ts";
import { argumentsText, type WrittenCall } from "./call-text.ts";

/** A model that calls tools without end would fill our memory (400 MB of arguments took 3.9 GB); eight are run. */
const MOST_CALLS = 2_000;
/** … and so would one whose arguments do not end: no tool takes a fiftieth of this, in UTF-16 units. */
const LONGEST_CALLS = 200_000;

type Gathered = {
	index: number | null;
	id: string;
	name: string;
	arguments: string;
	/** What came last, for servers that send all so far with every fragment. */
	lastFragment: string;
};

type Fragment = { index: number | null; id: string; name: string; arguments: string };

/** Puts calls together from fragments, however a server numbers and names them. */
export class ToolCalls {
	readonly #known: readonly string[];
	readonly #calls: Gathered[] = [];
	/** Of all names and arguments. */
	#length = 0;

	constructor(known: readonly string[]) {
		this.#known = known;
	}

	/**
	 * Takes what a chunk has of tool calls: a list, or one that is not in a list.
	 * @throws ProviderFault for calls without end.
	 */
	take(value: unknown): void {
		for (const one of Array.isArray(value) ? value : [value]) {
			if (isObject(one)) this.#takeFragment(fragmentOf(one));
		}
	}

	/** All calls, with the names of our tools where they are meant. A call without a name is dropped. */
	all(): WrittenCall[] {
		return this.#calls
			.filter(({ name }) => hasVisibleText(name))
			.flatMap((call) => {
				const name = toolNameOf(call.name, this.#known);
				return argumentsOf(call).map((written) => ({ name, arguments: written }));
			});
	}

	#takeFragment(fragment: Fragment): void {
		let call = this.#continued(fragment);
		if (!call) {
			call = { ...fragment, arguments: "", lastFragment: "" };
			this.#calls.push(call);
		} else if (fragment.name !== "" && this.#growsName(call, fragment)) call.name += fragment.name;
		if (call.name === "") call.name = fragment.name;
		if (call.id === "") call.id = fragment.id;
		call.arguments += fragment.arguments;
		call.lastFragment = fragment.arguments || call.lastFragment;
		this.#length += fragment.name.length + fragment.arguments.length;
		if (this.#calls.length > MOST_CALLS || this.#length > LONGEST_CALLS) {
			throw new ProviderFault({ reason: "malformed", canRetry: true, note: "calls without end" });
		}
	}

	/**
	 * The call a fragment continues. OpenAI numbers calls by `index`; others give every call the index 0, every
	 * fragment a new id, or neither. So a name begins a call, unless it says the name of one that is not whole yet.
	 */
	#continued(fragment: Fragment): Gathered | undefined {
		const place = this.#atPlace(fragment);
		if (fragment.name === "") return place ?? this.#calls.at(-1);
		if (!place) return undefined;
		if (place.name === "") return place;
		if (this.#growsName(place, fragment)) return place;
		const isSame = toolNameOf(place.name, this.#known) === toolNameOf(fragment.name, this.#known);
		if (!isSame || isWholeObject(place.arguments)) return undefined;
		// Two calls without arguments of their own differ by their ids alone, and one of them is enough.
		return place;
	}

	#atPlace({ index, id, name }: Fragment): Gathered | undefined {
		const byId = id === "" ? undefined : this.#calls.findLast((call) => call.id === id);
		if (byId && (index === null || byId.index === null || byId.index === index)) return byId;
		if (index !== null) return this.#calls.findLast((call) => call.index === index);
		return name === "" || id === "" ? this.#calls.at(-1) : undefined;
	}

	/** A name that comes in pieces: "search_" and "knowledge". */
	#growsName(call: Gathered, { name }: Fragment): boolean {
		if (call.arguments !== "" || this.#known.includes(call.name) || name === call.name) return false;
		return this.#known.some((known) => known.startsWith(toolNameOf(call.name + name, this.#known)));
	}
}

function fragmentOf(delta: Record<string, unknown>): Fragment {
	const called = isObject(delta.function) ? delta.function : delta;
	const written = called.arguments ?? called.parameters ?? called.input;
	return {
		index: typeof delta.index === "number" ? delta.index : null,
		id: typeof delta.id === "string" ? delta.id : "",
		name: typeof called.name === "string" ? called.name : "",
		arguments: argumentsText(written),
	};
}

/** The arguments of a call, or of several that were taken for one; the same object twice is one. */
function argumentsOf({ arguments: written, lastFragment }: Gathered): string[] {
	if (argumentsObject(written)) return [written];
	const several = objectsIn(written);
	if (several && several.length > 0) return [...new Set(several)];
	return isWholeObject(lastFragment) ? [lastFragment] : [written];
}
