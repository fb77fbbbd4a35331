import { Star } from "lucide-react";

const RATING_CHOICES = [1, 2, 3, 4, 5];

/**
 * A rating from 1 to 5 stars as a group of radio buttons. CSS alone fills the stars, so that the rating works without
 * scripts. Screen readers read the radio buttons as "1" to "5".
 */
export function Stars({
	legend,
	name = "rating",
	defaultValue,
	isRequired = true,
	error,
	onChoose,
}: {
	legend: string;
	name?: string;
	defaultValue?: number;
	isRequired?: boolean;
	/** The error message of the rating: what is wrong and how to correct it. */
	error?: string;
	onChoose?: (rating: number) => void;
}) {
	return (
		<fieldset>
			<legend className="mb-1 font-medium text-sm">{legend}</legend>
			<div className="stars -mx-2 inline-flex">
				{RATING_CHOICES.map((choice) => (
					<label key={choice} className="relative grid size-11 place-items-center rounded-control">
						<input
							type="radio"
							name={name}
							value={choice}
							aria-label={String(choice)}
							defaultChecked={choice === defaultValue}
							required={isRequired}
							onChange={onChoose ? () => onChoose(choice) : undefined}
							className="absolute inset-0 size-full cursor-pointer opacity-0"
						/>
						<Star size={24} strokeWidth={1.75} aria-hidden="true" className="transition-colors" />
					</label>
				))}
			</div>
			{error ? (
				<p role="alert" className="text-danger text-sm">
					{error}
				</p>
			) : null}
		</fieldset>
	);
}

/** Shows a stored rating as a line of stars. @param label the text for screen readers, such as "4 of 5". */
export function StarsShown({ rating, label }: { rating: number; label: string }) {
	return (
		<span role="img" aria-label={label} className="inline-flex gap-0.5 align-middle">
			{RATING_CHOICES.map((choice) => (
				<Star
					key={choice}
					size={16}
					aria-hidden="true"
					className={choice <= rating ? "fill-attention text-attention" : "text-line-strong"}
				/>
			))}
		</span>
	);
}
