import type { ReactNode } from "react";

const WALL_CLASSES = {
	plain: "fill-illustration-wall",
	cool: "fill-illustration-wall-cool",
	warm: "fill-illustration-wall-warm",
};

export type WallColour = keyof typeof WALL_CLASSES;

/**
 * The background of every illustration: the corner of a room, 320 × 240 units, with the floor from y = 178. `tabletop`
 * shows a table from the front instead, for small products.
 */
export function RoomBackground({
	wall = "plain",
	tabletop = false,
	children,
}: {
	wall?: WallColour;
	tabletop?: boolean;
	children: ReactNode;
}) {
	return (
		<>
			<path className={WALL_CLASSES[wall]} d="M0 0h320v240H0z" />
			{tabletop ? (
				<>
					<path className="fill-illustration-wood" d="M0 186h320v54H0z" />
					<path className="fill-illustration-wood-dark" d="M0 186h320v5H0z" opacity=".35" />
					<path
						className="stroke-illustration-wood-dark"
						d="M18 207h92m34 0h24M206 218h96M60 229h70"
						fill="none"
						strokeWidth="1.5"
						strokeLinecap="round"
						opacity=".35"
					/>
				</>
			) : (
				<>
					<path className="fill-illustration-floor" d="M0 178h320v62H0z" />
					<path className="fill-illustration-trim" d="M0 172h320v6H0z" />
				</>
			)}
			{children}
		</>
	);
}

/** The shadow on the floor under a product. */
export function GroundShadow({ x = 160, y = 212, rx = 70 }: { x?: number; y?: number; rx?: number }) {
	return <ellipse className="fill-illustration-shade" cx={x} cy={y} rx={rx} ry={Math.max(4, rx / 11)} />;
}

/** The light of a lamp, drawn as circles; a larger circle is fainter. */
export function LampLight({ x, y, r }: { x: number; y: number; r: number }) {
	return (
		<g className="fill-illustration-glow">
			{[1, 0.85, 0.7, 0.55, 0.42, 0.3].map((share) => (
				<circle key={share} cx={x} cy={y} r={r * share} opacity=".11" />
			))}
		</g>
	);
}

/** A window in the room's wall, with sky, a frame and a sill. */
export function Window({ x, y, w, h }: { x: number; y: number; w: number; h: number }) {
	return (
		<g>
			<rect className="fill-illustration-sky" x={x} y={y} width={w} height={h} rx="3" />
			<path
				className="fill-illustration-leaf"
				d={`M${x} ${y + h * 0.78}q${w * 0.28} ${-h * 0.2} ${w * 0.55} ${-h * 0.04}t${w * 0.45} ${-h * 0.06}v${h * 0.32}h${-w}z`}
				opacity=".55"
			/>
			<path
				className="stroke-illustration-linen"
				d={`M${x} ${y}h${w}v${h}h${-w}zM${x + w / 2} ${y}v${h}M${x} ${y + h / 2}h${w}`}
				fill="none"
				strokeWidth="5"
				strokeLinejoin="round"
			/>
			<rect className="fill-illustration-linen" x={x - 7} y={y + h} width={w + 14} height="6" rx="2" />
		</g>
	);
}
