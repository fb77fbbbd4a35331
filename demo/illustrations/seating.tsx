import { GroundShadow, RoomBackground, Window } from "./room.tsx";

export function ArmchairIllustration() {
	return (
		<RoomBackground wall="warm">
			<Window x={26} y={34} w={70} h={92} />
			<GroundShadow x={178} y={216} rx={82} />
			<path
				className="stroke-illustration-wood-dark"
				d="M124 192l-8 22M232 192l8 22M140 190l-2 16M216 190l2 16"
				strokeWidth="6"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-clay" d="M126 96q4-24 30-24h44q26 0 30 24l4 66H122z" />
			<path
				className="stroke-illustration-linen"
				d="M152 92q-4 30-2 58M204 92q4 30 2 58"
				fill="none"
				strokeWidth="1.5"
				opacity=".4"
			/>
			<path className="fill-illustration-sand" d="M128 152q0-12 14-12h72q14 0 14 12v20H128z" />
			<path
				className="fill-illustration-wood"
				d="M102 138q0-11 12-11t13 11l3 34h96l3-34q1-11 13-11t12 11l-5 46q-1 10-11 10h-120q-10 0-11-10z"
			/>
			<rect
				className="fill-illustration-leaf-dark"
				x="160"
				y="104"
				width="40"
				height="38"
				rx="7"
				transform="rotate(9 180 123)"
			/>
			<GroundShadow x={274} y={208} rx={20} />
			<path className="fill-illustration-linen" d="M260 186h28l-4 22h-20z" />
			<path
				className="stroke-illustration-leaf"
				d="M274 187q-2-30-18-42M274 187q0-34 4-52M274 187q4-24 20-34"
				fill="none"
				strokeWidth="3.5"
				strokeLinecap="round"
			/>
			<g className="fill-illustration-leaf">
				<ellipse cx="254" cy="142" rx="6" ry="11" transform="rotate(-38 254 142)" />
				<ellipse cx="279" cy="130" rx="6" ry="12" transform="rotate(8 279 130)" />
				<ellipse cx="296" cy="150" rx="6" ry="11" transform="rotate(50 296 150)" />
			</g>
		</RoomBackground>
	);
}

export function SofaIllustration() {
	return (
		<RoomBackground wall="cool">
			<rect className="fill-illustration-linen" x="112" y="28" width="44" height="56" rx="2" />
			<path className="fill-illustration-clay" d="M120 66q14-26 28 0v10h-28z" opacity=".8" />
			<rect className="fill-illustration-linen" x="168" y="38" width="36" height="46" rx="2" />
			<circle className="fill-illustration-leaf" cx="186" cy="60" r="10" />
			<GroundShadow y={218} rx={122} />
			<path
				className="stroke-illustration-wood-dark"
				d="M68 196v18M252 196v18M84 196v12M236 196v12"
				strokeWidth="6"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-leaf" d="M62 124q0-20 20-20h156q20 0 20 20v56H62z" />
			<path className="stroke-illustration-leaf-dark" d="M160 106v50" strokeWidth="2" opacity=".55" />
			<path
				className="fill-illustration-leaf"
				d="M44 146q0-12 13-12t13 12v16h180v-16q0-12 13-12t13 12v42q0 11-11 11H55q-11 0-11-11z"
			/>
			<path className="fill-illustration-leaf-dark" d="M70 162h180v16H70z" opacity=".45" />
			<path className="stroke-illustration-leaf-dark" d="M160 162v17" strokeWidth="2" opacity=".7" />
			<rect
				className="fill-illustration-sand"
				x="82"
				y="122"
				width="42"
				height="40"
				rx="6"
				transform="rotate(-9 103 142)"
			/>
			<rect
				className="fill-illustration-clay"
				x="204"
				y="124"
				width="38"
				height="37"
				rx="6"
				transform="rotate(10 223 142)"
			/>
		</RoomBackground>
	);
}

export function StoolIllustration() {
	return (
		<RoomBackground wall="plain">
			<path className="fill-illustration-wall-cool" d="M196 0h124v178H196z" opacity=".7" />
			<GroundShadow y={216} rx={58} />
			<path className="fill-illustration-wood-dark" d="M154 124h12l3 84h-8z" />
			<path className="fill-illustration-wood" d="M118 122l14-2-18 96h-10zM188 120l14 2 14 94h-10z" />
			<path className="stroke-illustration-wood-dark" d="M114 180q46 10 94 0" fill="none" strokeWidth="5" />
			<ellipse className="fill-illustration-wood-dark" cx="160" cy="118" rx="56" ry="13" />
			<ellipse className="fill-illustration-wood" cx="160" cy="112" rx="56" ry="13" />
			<path
				className="stroke-illustration-wood-dark"
				d="M124 111q36-10 72 0M138 116q22 5 44 0"
				fill="none"
				strokeWidth="1.5"
				opacity=".5"
			/>
			<path className="fill-illustration-linen" d="M140 84h36v22q0 5-18 5t-18-5z" />
			<path className="stroke-illustration-linen" d="M176 88q14 0 14 8t-14 8" fill="none" strokeWidth="4" />
			<path
				className="stroke-illustration-linen"
				d="M150 74q-5-7 0-13t0-13M164 74q-5-7 0-13t0-13"
				fill="none"
				strokeWidth="2.5"
				strokeLinecap="round"
				opacity=".75"
			/>
		</RoomBackground>
	);
}

export function ChairIllustration() {
	return (
		<RoomBackground wall="warm">
			<circle className="fill-illustration-wall" cx="160" cy="104" r="84" opacity=".75" />
			<GroundShadow y={218} rx={62} />
			<path
				className="stroke-illustration-wood-dark"
				d="M126 148l-2 54M194 148l2 54"
				fill="none"
				strokeWidth="7"
				strokeLinecap="round"
			/>
			<path
				className="stroke-illustration-wood"
				d="M114 148l-8 68M206 148l8 68"
				fill="none"
				strokeWidth="8"
				strokeLinecap="round"
			/>
			<path
				className="stroke-illustration-wood"
				d="M114 148l-4-56q-2-34 50-34t50 34l-4 56"
				fill="none"
				strokeWidth="9"
				strokeLinecap="round"
			/>
			<path className="stroke-illustration-wood" d="M114 96q46-14 92 0" fill="none" strokeWidth="9" />
			<path className="fill-illustration-sand" d="M110 140h100l8 20H102z" />
			<path
				className="stroke-illustration-wood-dark"
				d="M124 140l-6 20M140 140l-4 20M156 140l-1 20M172 140l2 20M188 140l5 20M107 148h106M104 154h112"
				fill="none"
				strokeWidth="1.3"
				opacity=".55"
			/>
			<path className="stroke-illustration-wood" d="M104 161h112" strokeWidth="6" strokeLinecap="round" />
			<path className="stroke-illustration-wood" d="M110 188h100" strokeWidth="4" />
		</RoomBackground>
	);
}
