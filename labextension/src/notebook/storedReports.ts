/** The reports in the outputs of a cell. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import { unpacked } from '../report/packing';
import { readPayload } from '../report/reading';
import { type IStored, MIME } from '../report/wire';

/** Reports of one cell that are read; a cell with several fits has several. */
const MOST_REPORTS = 20;

/** The reports that a cell shows, and how many of them cannot be read or are not looked at. */
export interface IShownReports {
  stored: IStored[];
  unread: number;
}

function storedIn(outputs: ICodeCellModel['outputs'], place: number): unknown {
  try {
    return unpacked(outputs.get(place).data[MIME]);
  } catch {
    return null; // what JupyterLab itself cannot copy, no report of ours is
  }
}

export function shownBy({ outputs }: ICodeCellModel): IShownReports {
  const stored: IStored[] = [];
  let unread = 0;
  for (let place = 0; place < outputs.length; place++) {
    const data = storedIn(outputs, place);
    if (data === undefined) {
      continue;
    }
    const isLate = stored.length + unread >= MOST_REPORTS;
    const reading = isLate ? null : readPayload(data);
    if (reading?.kind === 'report') {
      stored.push({ payload: reading, data });
    } else {
      unread += 1;
    }
  }
  return { stored, unread };
}

/** The reports that a cell shows, as far as they can be read. */
export function reportsOf(cell: ICodeCellModel): IStored[] {
  return shownBy(cell).stored;
}
