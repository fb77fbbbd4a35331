import { GroundShadow, RoomBackground, Window } from "./room.tsx";

export function BeddingIllustration() {
	return (
		<RoomBackground wall="cool">
			<GroundShadow y={222} rx={132} />
			<path className="fill-illustration-wood" d="M54 62q0-10 10-10h192q10 0 10 10v120H54z" />
			<path className="fill-illustration-wood-dark" d="M54 92h212v6H54z" opacity=".35" />
			<path className="fill-illustration-wood-dark" d="M44 198h10v24H44zM266 198h10v24h-10z" />
			<path className="fill-illustration-linen" d="M46 140h228v66H46z" />
			<path
				className="fill-illustration-linen"
				d="M78 122q-2-24 12-26 24-6 52 0 14 2 10 28 0 16-10 18-30 6-56 0-8-2-8-20zM168 124q-4-26 10-28 28-6 52 0 14 2 12 26 0 18-8 20-26 6-56 0-10-2-10-18z"
			/>
			<path
				className="stroke-illustration-sand"
				d="M92 108q24-5 46 0M184 108q24-5 46 0"
				fill="none"
				strokeWidth="2"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-sand" d="M38 156q62-14 122-4t122 2l6 60q-62 10-128 6T32 216z" />
			<path className="fill-illustration-linen" d="M38 156q62-14 122-4t122 2l2 18q-62-4-124-8T36 176z" />
			<path
				className="stroke-illustration-wood"
				d="M84 180q-6 20-2 38M146 176q6 24 0 44M214 180q-8 20-2 40"
				fill="none"
				strokeWidth="2"
				strokeLinecap="round"
				opacity=".5"
			/>
		</RoomBackground>
	);
}

export function ThrowIllustration() {
	return (
		<RoomBackground wall="plain">
			<GroundShadow y={218} rx={108} />
			<path className="fill-illustration-sand" d="M60 84q0-24 24-24h152q24 0 24 24v112H60z" />
			<path className="fill-illustration-linen" d="M84 156h152v22H84z" opacity=".5" />
			<path
				className="fill-illustration-sand"
				d="M38 124q0-14 15-14t15 14v26h184v-26q0-14 15-14t15 14v72q0 10-10 10H48q-10 0-10-10z"
			/>
			<path
				className="stroke-illustration-wood-dark"
				d="M62 206v12M258 206v12"
				strokeWidth="7"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-clay" d="M112 56q34-8 70 0l18 96q-4 12 2 34-46 10-92 2 4-22 0-36z" />
			<g className="stroke-illustration-linen" fill="none" strokeWidth="2" opacity=".6">
				<path d="M114 72l12-10 12 10 12-10 12 10 12-10 10 9M112 96l13-11 13 11 13-11 13 11 13-11 14 10M111 120l14-11 14 11 14-11 14 11 14-11 14 10M111 146l14-11 15 11 15-11 15 11 15-11 14 10M112 170l15-11 15 11 15-11 15 11 15-11 12 10" />
			</g>
			<path
				className="stroke-illustration-clay"
				d="M112 188v12M122 190v12M132 191v12M142 192v12M152 192v12M162 192v12M172 191v12M182 190v12M192 188v12M200 186v12"
				strokeWidth="2.5"
				strokeLinecap="round"
			/>
		</RoomBackground>
	);
}

export function CushionIllustration() {
	return (
		<RoomBackground wall="warm">
			<path className="fill-illustration-leaf" d="M0 96h320v106H0z" />
			<path className="fill-illustration-leaf-dark" d="M0 170h320v34H0z" opacity=".6" />
			<path className="fill-illustration-floor" d="M0 204h320v36H0z" />
			<path className="fill-illustration-leaf-dark" d="M0 202h320v6H0z" />
			<ellipse className="fill-illustration-shade" cx="164" cy="184" rx="76" ry="8" />
			<g transform="rotate(-6 160 116)">
				<path
					className="fill-illustration-linen"
					d="M92 56q68 12 136 0 10-2 8 8-10 54 0 112 2 10-8 8-68-12-136 0-10 2-8-8 10-54 0-112-2-10 8-8z"
				/>
				<path className="fill-illustration-clay" d="M112 142a48 48 0 0 1 96 0z" />
				<g className="stroke-illustration-clay" fill="none" strokeWidth="4" strokeLinecap="round">
					<path d="M160 82v-12M126 92l-7-10M194 92l7-10M104 117l-10-6M216 117l10-6M106 156h108M122 167h76" />
				</g>
			</g>
		</RoomBackground>
	);
}

export function RugIllustration() {
	return (
		<RoomBackground wall="cool">
			<path className="fill-illustration-floor" d="M0 96h320v144H0z" />
			<path className="fill-illustration-trim" d="M0 90h320v6H0z" />
			<path
				className="stroke-illustration-wood-dark"
				d="M0 132h320M0 176h320M0 218h320M70 96v36M240 96v36M150 132v44M40 176v42M262 176v42"
				strokeWidth="1.2"
				opacity=".18"
			/>
			<path className="fill-illustration-linen" d="M76 120h168l44 92H32z" />
			<path className="fill-illustration-clay" d="M71 130h178l5 10H66zM49 176h222l5 12H43z" />
			<path className="fill-illustration-leaf" d="M62 148h196l3 8H59zM56 162h208l3 5H53z" />
			<path className="fill-illustration-sand" d="M40 195h240l4 9H36z" />
			<path
				className="stroke-illustration-sand"
				d="M78 120l-3-8M98 120l-2-8M118 120l-1-8M138 120v-8M160 120v-8M182 120v-8M202 120l1-8M222 120l2-8M242 120l3-8M34 212l-5 9M64 212l-4 9M94 212l-2 9M128 212l-1 9M160 212v9M192 212l1 9M226 212l2 9M256 212l4 9M286 212l5 9"
				strokeWidth="2.5"
				strokeLinecap="round"
			/>
			<path
				className="stroke-illustration-wood-dark"
				d="M228 78l-8 72M292 78l12 72"
				strokeWidth="6"
				strokeLinecap="round"
			/>
			<path className="fill-illustration-wood" d="M214 66h96v12h-96z" />
			<path className="fill-illustration-wood" d="M216 16q0-8 8-8h74q8 0 8 8v50h-90z" opacity=".8" />
		</RoomBackground>
	);
}

export function CurtainIllustration() {
	return (
		<RoomBackground wall="plain">
			<Window x={96} y={38} w={128} h={122} />
			<path className="fill-illustration-glow" d="M96 178h128l46 62H70z" opacity=".35" />
			<path className="stroke-illustration-metal" d="M42 24h236" strokeWidth="4" strokeLinecap="round" />
			<circle className="fill-illustration-metal" cx="40" cy="24" r="5" />
			<circle className="fill-illustration-metal" cx="280" cy="24" r="5" />
			<g className="fill-illustration-linen">
				<path d="M52 24h74q2 60-8 100-4 50 2 98-36 6-74 0 6-100 6-198z" opacity=".92" />
				<path d="M268 24h-62q-2 70 6 110 4 44-2 88 32 6 64 0-6-100-6-198z" opacity=".92" />
			</g>
			<g className="stroke-illustration-sand" fill="none" strokeWidth="2" opacity=".8">
				<path d="M68 26q2 100-4 194M86 26q2 100-4 196M106 26q4 60-6 110 0 50 2 86M224 26q0 70 4 120 2 40-1 76M240 26q0 100 4 196M256 26q0 100 4 194" />
			</g>
		</RoomBackground>
	);
}
