import type { ComponentType } from "react";
import { MirrorIllustration, PlanterIllustration, VaseIllustration } from "./decor.tsx";
import { CarafeIllustration, MugsIllustration, PotIllustration } from "./kitchen.tsx";
import { FloorLampIllustration, PendantLampIllustration, TableLampIllustration } from "./lighting.tsx";
import { GroundShadow, RoomBackground, Window } from "./room.tsx";
import { ArmchairIllustration, ChairIllustration, SofaIllustration, StoolIllustration } from "./seating.tsx";
import { BasketIllustration, BenchIllustration, ShelfIllustration } from "./storage.tsx";
import { DeskIllustration, DiningTableIllustration, SideTableIllustration } from "./tables.tsx";
import {
	BeddingIllustration,
	CurtainIllustration,
	CushionIllustration,
	RugIllustration,
	ThrowIllustration,
} from "./textiles.tsx";

const ILLUSTRATIONS: Record<string, ComponentType> = {
	"table-lamp": TableLampIllustration,
	"floor-lamp": FloorLampIllustration,
	"pendant-lamp": PendantLampIllustration,
	armchair: ArmchairIllustration,
	sofa: SofaIllustration,
	stool: StoolIllustration,
	chair: ChairIllustration,
	"dining-table": DiningTableIllustration,
	"side-table": SideTableIllustration,
	desk: DeskIllustration,
	shelf: ShelfIllustration,
	basket: BasketIllustration,
	bench: BenchIllustration,
	bedding: BeddingIllustration,
	throw: ThrowIllustration,
	cushion: CushionIllustration,
	rug: RugIllustration,
	curtain: CurtainIllustration,
	mugs: MugsIllustration,
	carafe: CarafeIllustration,
	pot: PotIllustration,
	vase: VaseIllustration,
	mirror: MirrorIllustration,
	planter: PlanterIllustration,
};

/** The names of illustrations that a product's column `illustration` can contain. */
export const ILLUSTRATION_NAMES: string[] = Object.keys(ILLUSTRATIONS);

/**
 * The illustration of a product. Screen readers skip it (`aria-hidden`), because the product's name is always beside
 * it.
 */
export function Illustration({ name, className = "" }: { name: string | null; className?: string }) {
	const Picture =
		(name && Object.hasOwn(ILLUSTRATIONS, name) ? ILLUSTRATIONS[name] : undefined) ?? EmptyRoomIllustration;
	return (
		<svg
			viewBox="0 0 320 240"
			preserveAspectRatio="xMidYMid slice"
			aria-hidden="true"
			focusable="false"
			className={`block w-full ${className}`}
		>
			<Picture />
		</svg>
	);
}

/** The illustration for products without their own: a parcel in a room. */
function EmptyRoomIllustration() {
	return (
		<RoomBackground wall="cool">
			<Window x={40} y={34} w={76} h={92} />
			<GroundShadow x={192} y={214} rx={66} />
			<path className="fill-illustration-sand" d="M136 136h112v76H136z" />
			<path className="fill-illustration-wood" d="M136 136l14-20h84l14 20z" opacity=".75" />
			<path className="fill-illustration-linen" d="M182 116h20v48h-20z" opacity=".6" />
			<path
				className="stroke-illustration-wood-dark"
				d="M148 198h26M148 190h16"
				strokeWidth="3"
				strokeLinecap="round"
				opacity=".6"
			/>
		</RoomBackground>
	);
}
