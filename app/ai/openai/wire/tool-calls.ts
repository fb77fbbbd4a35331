import { hasVisibleText } from "#app/text/visible-text.ts";
import { ProviderFault } from "../provider-fault.ts";
import { isCompleteObject, isObject, parseArguments, splitObjects } from "./json-arguments.ts";
import { normaliseToolName } from "./tool-names.ts";
import { toArgumentsText, type WrittenCall } from "./written-calls.ts";

/**
 * Maximum number of tool calls in a reply, for a model that does not stop calling tools (400 MB of arguments took 3.9
 * GB of memory). Only eight calls run.
 */
const MAX_CALLS = 2_000;
/** Limit for the names and arguments of all calls in a reply, in UTF-16 units; no tool needs a fiftieth of it. */
const MAX_CALLS_CHARACTERS = 200_000;

type AssembledCall = {
	index: number | null;
	id: string;
	name: string;
	arguments: string;
	/** The arguments in the call's last fragment, for servers that send the whole arguments with every fragment. */
	lastFragment: string;
};

type CallFragment = { index: number | null; id: string; name: string; arguments: string };

/** Assembles tool calls from streamed fragments, however a server numbers and names the calls. */
export class ToolCallAssembler {
	readonly #known: readonly string[];
	readonly #calls: AssembledCall[] = [];
	/** Length of the names and arguments of all calls so far, in UTF-16 units. */
	#length = 0;

	constructor(known: readonly string[]) {
		this.#known = known;
	}

	/**
	 * Adds the tool calls of a chunk: a list of calls or fragments, or a single one.
	 * @throws ProviderFault when the limits for calls are exceeded.
	 */
	take(value: unknown): void {
		for (const one of Array.isArray(value) ? value : [value]) {
			if (isObject(one)) this.#takeFragment(toCallFragment(one));
		}
	}

	/** All tool calls of the reply, with normalised names. A call without a name is dropped. */
	all(): WrittenCall[] {
		return this.#calls
			.filter(({ name }) => hasVisibleText(name))
			.flatMap((call) => {
				const name = normaliseToolName(call.name, this.#known);
				return splitArguments(call).map((written) => ({ name, arguments: written }));
			});
	}

	#takeFragment(fragment: CallFragment): void {
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
		if (this.#calls.length > MAX_CALLS || this.#length > MAX_CALLS_CHARACTERS) {
			throw new ProviderFault({ reason: "malformed", canRetry: true, note: "calls without end" });
		}
	}

	/**
	 * Finds the call that a fragment continues. OpenAI numbers calls by `index`. Other servers use index 0 for every call,
	 * a new id for every fragment, or neither. A name therefore begins a new call, unless it repeats the name of an
	 * unfinished call.
	 */
	#continued(fragment: CallFragment): AssembledCall | undefined {
		const place = this.#atPlace(fragment);
		if (fragment.name === "") return place ?? this.#calls.at(-1);
		if (!place) return undefined;
		if (place.name === "") return place;
		if (this.#growsName(place, fragment)) return place;
		const isSame =
			normaliseToolName(place.name, this.#known) === normaliseToolName(fragment.name, this.#known);
		if (!isSame || isCompleteObject(place.arguments)) return undefined;
		// Two calls of one tool without arguments differ only by their ids, so one of them is enough.
		return place;
	}

	#atPlace({ index, id, name }: CallFragment): AssembledCall | undefined {
		const byId = id === "" ? undefined : this.#calls.findLast((call) => call.id === id);
		if (byId && (index === null || byId.index === null || byId.index === index)) return byId;
		if (index !== null) return this.#calls.findLast((call) => call.index === index);
		return name === "" || id === "" ? this.#calls.at(-1) : undefined;
	}

	/** Whether a fragment continues the name of a call, as "knowledge" after "search_". */
	#growsName(call: AssembledCall, { name }: CallFragment): boolean {
		if (call.arguments !== "" || this.#known.includes(call.name) || name === call.name) return false;
		return this.#known.some((known) => known.startsWith(normaliseToolName(call.name + name, this.#known)));
	}
}

function toCallFragment(delta: Record<string, unknown>): CallFragment {
	const called = isObject(delta.function) ? delta.function : delta;
	const written = called.arguments ?? called.parameters ?? called.input;
	return {
		index: typeof delta.index === "number" ? delta.index : null,
		id: typeof delta.id === "string" ? delta.id : "",
		name: typeof called.name === "string" ? called.name : "",
		arguments: toArgumentsText(written),
	};
}

/**
 * The arguments of an assembled call; several when a server sent several calls as one. Repeated arguments are dropped.
 */
function splitArguments({ arguments: written, lastFragment }: AssembledCall): string[] {
	if (parseArguments(written)) return [written];
	const several = splitObjects(written);
	if (several && several.length > 0) return [...new Set(several)];
	return isCompleteObject(lastFragment) ? [lastFragment] : [written];
}
