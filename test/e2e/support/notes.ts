/** A note as the canvas shows it. */
export interface ShownNote {
	/** 1 where its text is as large as n8n writes it. */
	zoom: number;
	/** Height of its text that does not fit into it, at full size. */
	hiddenPx: number;
	/** Whether all of it can be seen, with none of the editor's buttons and bars over it. */
	isFree: boolean;
}

/** What is used of the browser's elements; the tests are compiled without its types. */
interface Box {
	left: number;
	right: number;
	top: number;
	bottom: number;
	height: number;
}
interface Shown {
	clientHeight: number;
	offsetHeight: number;
	scrollHeight: number;
	getBoundingClientRect(): Box;
	querySelectorAll(selector: string): ArrayLike<Shown>;
	closest(selector: string): Shown | null;
	ownerDocument: { elementFromPoint(x: number, y: number): Shown | null };
}

/** Measures notes; runs in the browser, and so uses nothing from outside. */
export function measureNotes(elements: unknown[]): ShownNote[] {
	const insetPx = 4;
	return (elements as Shown[]).map((note) => {
		const box = note.getBoundingClientRect();
		const corners = [box.left + insetPx, (box.left + box.right) / 2, box.right - insetPx].flatMap(
			(x) => [box.top + insetPx, box.bottom - insetPx].map((y) => [x, y] as const),
		);
		const zoom = box.height / note.offsetHeight;
		const texts = Array.from(note.querySelectorAll('p, li, h2, pre'));
		const end = Math.max(...texts.map((text) => text.getBoundingClientRect().bottom));
		return {
			zoom,
			hiddenPx: Math.max(0, Math.ceil((end - box.bottom) / zoom)),
			// Whatever moves with the canvas may be nearest: handles to resize a note, the hidden tools of a node.
			isFree: corners.every(
				([x, y]) =>
					note.ownerDocument.elementFromPoint(x, y)?.closest('.vue-flow__transformationpane') !=
					null,
			),
		};
	});
}
