import numpy as np

from visavis.engines.face.warp.field import Grid, invert, spread_matrix


def test_nodes_lie_in_the_middle_of_their_cells() -> None:
    nodes = Grid(left=8, top=-8, columns=3, rows=2, step=8).nodes()
    assert nodes.shape == (2, 3, 2)
    assert nodes[0, 0].tolist() == [11.5, -4.5]
    assert nodes[1, 2].tolist() == [27.5, 3.5]


def test_enlarging_places_gives_each_pixel_its_own_place() -> None:
    grid = Grid(0, 0, 8, 6, 4)
    places = grid.enlarge(grid.nodes())
    inner = places[2:-2, 2:-2]
    x, y = np.meshgrid(np.arange(2, 30), np.arange(2, 22))
    np.testing.assert_allclose(inner[..., 0], x, atol=1e-4)
    np.testing.assert_allclose(inner[..., 1], y, atol=1e-4)


def test_sampling_reads_nodes_and_between_them() -> None:
    grid = Grid(4, 8, 5, 5, 4)
    values = grid.nodes()
    points = np.array([[[5.5, 9.5], [10.0, 15.0]]], np.float32)
    np.testing.assert_allclose(grid.sample(values, points), points, atol=0.1)


def test_a_spread_field_goes_through_its_controls() -> None:
    rng = np.random.default_rng(1)
    controls = rng.uniform(0, 1, (20, 2)).astype(np.float32)
    shift = rng.normal(0, 0.05, (20, 2)).astype(np.float32)
    at_controls = spread_matrix(controls, controls, stiffness=1e-6) @ shift
    np.testing.assert_allclose(at_controls, shift, atol=1e-3)


def test_a_spread_field_keeps_what_is_affine() -> None:
    rng = np.random.default_rng(2)
    controls, places = rng.uniform(0, 1, (12, 2)), rng.uniform(-1, 2, (30, 2))
    affine = np.array([[0.1, -0.05], [0.02, 0.2]])
    spread = spread_matrix(controls.astype(np.float32), places.astype(np.float32))
    np.testing.assert_allclose(spread @ (controls @ affine + 0.3), places @ affine + 0.3, atol=1e-3)


def test_inverting_finds_what_has_come_to_a_place() -> None:
    grid = Grid(0, 0, 40, 40, 4)
    nodes = grid.nodes()
    bump = np.exp(-((nodes - 80) ** 2).sum(-1, keepdims=True) / 600)
    field = (bump * np.array([6, -9], np.float32)).astype(np.float32)
    points = invert(grid, field[None], nodes, steps=12)[0]
    moved = points + grid.sample(field, points)
    np.testing.assert_allclose(moved, nodes, atol=0.1)
