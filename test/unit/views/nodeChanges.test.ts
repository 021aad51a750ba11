import assert from 'node:assert/strict';
import type { Node } from '../../../src/views/controllerNodes';
import { type Redraw, RowStore } from '../../../src/views/nodeChanges';
import { connectedController } from '../../support/controllers';

const controller = connectedController();
function node(id: string, description = '', children: Node[] = []): Node {
  return {
    id,
    label: id,
    description,
    icon: { id: 'blank' },
    context: '',
    tooltip: [],
    children,
    expanded: true,
    controller,
  };
}
function ids(redraw: Redraw): string[] | 'all' {
  return redraw === 'all' ? 'all' : redraw.map((row) => row.node.id);
}

describe('the rows of the tree', () => {
  let store: RowStore;
  beforeEach(() => {
    store = new RowStore();
    store.update([node('a', '', [node('a/values', '', [node('a/v', '1'), node('a/w', '1')])]), node('b')]);
  });

  it('draws everything again when a controller comes or goes', () => {
    assert.equal(ids(store.update([node('a')])), 'all');
    assert.equal(ids(store.update([])), 'all');
  });

  it('draws only the row that changed', () => {
    const rows = store.rows;
    const redraw = store.update([
      node('a', '', [node('a/values', '', [node('a/v', '2'), node('a/w', '1')])]),
      node('b'),
    ]);
    assert.deepEqual(ids(redraw), ['a/v']);
    assert.deepEqual(store.rows, rows);
  });

  it('draws nothing when nothing changed', () => {
    const redraw = store.update([
      node('a', '', [node('a/values', '', [node('a/v', '1'), node('a/w', '1')])]),
      node('b'),
    ]);
    assert.deepEqual(ids(redraw), []);
  });

  it('draws the row whose children are others, and not these on top', () => {
    const redraw = store.update([
      node('a', '', [node('a/values', '', [node('a/v', '2'), node('a/x', '1')])]),
      node('b'),
    ]);
    assert.deepEqual(ids(redraw), ['a/values']);
    const [value] = store.rows[0]!.children[0]!.children;
    assert.equal(value?.parent?.node.id, 'a/values');
  });

  it('does not take another controller at the same place for the one before', () => {
    const before = store.rows[1];
    store.update([node('a'), { ...node('b'), controller: connectedController() }]);
    assert.notEqual(store.rows[1], before);
  });
});
