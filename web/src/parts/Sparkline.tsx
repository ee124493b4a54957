/** A small line of what a figure was, in the last two minutes or since the page was opened. */

import type { ReactNode } from "react";
import { line } from "../api/figures";

/** Fewer readings make no line. */
const FEW = 5;

interface Props {
  values: readonly number[];
  /** What reaches the top; the largest value where nothing is said. */
  most?: number;
}

export function Sparkline({ values, most }: Props): ReactNode {
  const top = most ?? Math.max(...values, 0) * 1.15;
  const points = line(values, top);
  return (
    <svg className="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      {values.length >= FEW && (
        <>
          <polygon className="spark-under" points={`0,30 ${points} 100,30`} />
          <polyline className="spark-line" points={points} vectorEffect="non-scaling-stroke" />
        </>
      )}
    </svg>
  );
}
