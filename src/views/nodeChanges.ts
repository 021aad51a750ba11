import type { Node } from './controllerNodes';

/** One row as the editor knows it: the object stays the same while its content changes. */
export interface Row {
  node: Node;
  parent: Row | undefined;
  children: readonly Row[];
  readonly controller: Node['controller'];
}

/** What the tree has to draw again: rows of which something changed, or everything. */
export type Redraw = readonly Row[] | 'all';

/**
 * Keeps the rows of the tree. Fed with the nodes as they should be, it tells the fewest rows to draw again: live
 * values must not make the rest flicker.
 */
export class RowStore {
  private top: readonly Row[] = [];

  get rows(): readonly Row[] {
    return this.top;
  }

  update(nodes: readonly Node[]): Redraw {
    const changed: Row[] = [];
    const known = this.top;
    this.top = this.merge(known, nodes, undefined, changed);
    const same = known.length === this.top.length && known.every((row, index) => row === this.top[index]);
    return same ? changed : 'all';
  }

  private merge(
    known: readonly Row[],
    nodes: readonly Node[],
    parent: Row | undefined,
    changed: Row[],
  ): readonly Row[] {
    return nodes.map((node) => {
      const row = known.find((each) => each.node.id === node.id && each.controller === node.controller);
      if (!row) return this.create(node, parent);
      const before = row.node;
      const kept = row.children;
      // A row that is drawn again takes its children along, so theirs need not be told.
      const below: Row[] = [];
      row.node = node;
      row.children = this.merge(kept, node.children, row, below);
      const sameChildren =
        kept.length === row.children.length && kept.every((child, index) => child === row.children[index]);
      if (sameChildren && looksTheSame(before, node)) changed.push(...below);
      else changed.push(row);
      return row;
    });
  }

  private create(node: Node, parent: Row | undefined): Row {
    const row: Row = { node, parent, children: [], controller: node.controller };
    row.children = node.children.map((child) => this.create(child, row));
    return row;
  }
}

function looksTheSame(a: Node, b: Node): boolean {
  return (
    a.label === b.label &&
    a.description === b.description &&
    a.context === b.context &&
    a.icon.id === b.icon.id &&
    a.icon.color === b.icon.color &&
    a.tooltip.join('\n') === b.tooltip.join('\n')
  );
}
