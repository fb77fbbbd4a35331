const SIZE_CLASSES = { small: "size-7 text-sm", regular: "size-9 text-sm", large: "size-12 text-lg" };
export type AvatarSize = keyof typeof SIZE_CLASSES;

/** The first letters of the first and last name, in capitals: "Ada Marie Lovelace" is "AL". */
export function initialsOf(name: string): string {
	const words = name.trim().split(/\s+/).filter(Boolean);
	const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
	return ends.map((word) => Array.from(word ?? "")[0]?.toLocaleUpperCase() ?? "").join("");
}

/** A person's picture or initials. Screen readers skip the avatar, because the person's name is always beside it. */
export function Avatar({
	name,
	image,
	size = "regular",
}: {
	name: string;
	image?: string | null;
	size?: AvatarSize;
}) {
	const shape = `ground-edge inline-grid shrink-0 place-items-center overflow-hidden rounded-full ${SIZE_CLASSES[size]}`;
	if (image) return <img src={image} alt="" className={`${shape} object-cover`} />;
	return (
		<span aria-hidden="true" className={`${shape} bg-accent-soft font-medium text-accent`}>
			{initialsOf(name)}
		</span>
	);
}

/**
 * The assistant's icon: a lamp that is on. The icon has no face and no name, so that nobody takes the assistant for a
 * person. Screen readers skip the icon; write "Assistant" beside it.
 */
export function AssistantMark({ size = "regular" }: { size?: AvatarSize }) {
	return (
		<span
			aria-hidden="true"
			className={`ground-edge inline-grid shrink-0 place-items-center rounded-control bg-accent text-accent-ink ${SIZE_CLASSES[size]}`}
		>
			<svg viewBox="0 0 24 24" className="size-[70%]" role="presentation">
				<path d="M8.4 4h7.2l3 7.2H5.4z" fill="currentColor" />
				<path
					d="M12 13.4v5.1M8.4 19.6h7.2"
					fill="none"
					stroke="currentColor"
					strokeWidth="1.9"
					strokeLinecap="round"
				/>
				<path
					d="M6.6 14.2 5.4 16M17.4 14.2l1.2 1.8"
					fill="none"
					stroke="currentColor"
					strokeWidth="1.5"
					strokeLinecap="round"
					opacity=".75"
				/>
			</svg>
		</span>
	);
}
