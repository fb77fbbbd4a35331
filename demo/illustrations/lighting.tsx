import { GroundShadow, LampLight, RoomBackground, Window } from "./room.tsx";

export function TableLampIllustration() {
	return (
		<RoomBackground wall="warm" tabletop>
			<LampLight x={160} y={104} r={112} />
			<GroundShadow y={193} rx={48} />
			<path
				className="fill-illustration-wood"
				d="M150 128h20l4 26q14 10 14 22 0 16-28 16t-28-16q0-12 14-22z"
			/>
			<path
				className="fill-illustration-wood-dark"
				d="M170 128l4 26q14 10 14 22 0 16-28 16 16-6 16-22 0-12-10-20l-3-22z"
				opacity=".4"
			/>
			<path className="fill-illustration-linen" d="M126 56h68l24 72H102z" />
			<path
				className="stroke-illustration-sand"
				d="M136 56l-20 72M148 56l-7 72M160 56v72M172 56l7 72M184 56l20 72"
				fill="none"
				strokeWidth="1.5"
				opacity=".8"
			/>
			<path className="fill-illustration-glow" d="M102 128h116l-3-9H105z" opacity=".7" />
			<path className="fill-illustration-leaf-dark" d="M236 178h52v9h-52z" />
			<path className="fill-illustration-clay" d="M240 169h46v9h-46z" />
			<path className="fill-illustration-linen" d="M244 181h30v3h-30z" opacity=".7" />
		</RoomBackground>
	);
}

export function FloorLampIllustration() {
	return (
		<RoomBackground wall="cool">
			<LampLight x={212} y={92} r={84} />
			<GroundShadow x={112} y={214} rx={34} />
			<path
				className="stroke-illustration-metal"
				d="M112 208V84q0-50 50-50 46 0 50 34"
				fill="none"
				strokeWidth="4.5"
				strokeLinecap="round"
			/>
			<ellipse className="fill-illustration-metal" cx="112" cy="210" rx="29" ry="6" />
			<path className="fill-illustration-metal" d="M182 92q0-30 30-30t30 30z" />
			<ellipse className="fill-illustration-glow" cx="212" cy="92" rx="30" ry="6" />
			<GroundShadow x={228} y={216} rx={60} />
			<path className="fill-illustration-clay" d="M186 138q0-12 12-12h62q12 0 12 12v40h-86z" />
			<path className="fill-illustration-clay" d="M174 160q0-9 9-9t10 9v16h72v-16q0-9 10-9t9 9v40H174z" />
			<path className="fill-illustration-linen" d="M193 168h72v14h-72z" opacity=".28" />
			<path
				className="stroke-illustration-wood-dark"
				d="M186 200v14M272 200v14"
				strokeWidth="6"
				strokeLinecap="round"
			/>
		</RoomBackground>
	);
}

export function PendantLampIllustration() {
	return (
		<RoomBackground wall="cool">
			<Window x={28} y={44} w={62} h={84} />
			<path className="stroke-illustration-metal" d="M182 0v34" strokeWidth="2" />
			<LampLight x={182} y={90} r={100} />
			<circle className="fill-illustration-linen" cx="182" cy="88" r="56" />
			<g className="stroke-illustration-sand" fill="none" strokeWidth="1.6" opacity=".85">
				<path d="M138 54q44 15 88 0M128 72q54 18 108 0M126 90q56 19 112 0M130 108q52 17 104 0M142 126q40 13 80 0" />
			</g>
			<rect className="fill-illustration-metal" x="172" y="30" width="20" height="6" rx="2" />
			<GroundShadow x={182} y={220} rx={82} />
			<path className="fill-illustration-wood" d="M104 182h156v9H104z" />
			<path className="fill-illustration-wood-dark" d="M116 191h9l-3 28h-6zM239 191h9v28h-6z" />
			<path className="fill-illustration-clay" d="M160 170h40q-2 12-20 12t-20-12z" />
			<g className="fill-illustration-leaf">
				<circle cx="170" cy="167" r="6" />
				<circle cx="181" cy="164" r="7" />
				<circle cx="192" cy="167" r="6" />
			</g>
		</RoomBackground>
	);
}
