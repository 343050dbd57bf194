//! The pixels of a generated photo: sky, sun or moon, hills behind hills, water
//! now and then, trees; painted small, made large, with a grain on top.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::Dice;
use super::tags::Story;

/// Pixels that are really painted; the rest is made by enlarging.
const PAINTED_PIXELS: f64 = 420_000.0;

/// RGB rows without gaps, as stored in the file.
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) data: Vec<u8>,
}

type Rgb = [f32; 3];

struct Palette {
    zenith: Rgb,
    horizon: Rgb,
    light: Rgb,
    ground: Rgb,
}

const fn palette(zenith: Rgb, horizon: Rgb, light: Rgb, ground: Rgb) -> Palette {
    Palette {
        zenith,
        horizon,
        light,
        ground,
    }
}

const DAWN: [Palette; 3] = [
    palette(
        [64.0, 74.0, 130.0],
        [255.0, 178.0, 132.0],
        [255.0, 226.0, 178.0],
        [58.0, 52.0, 78.0],
    ),
    palette(
        [88.0, 112.0, 168.0],
        [255.0, 206.0, 186.0],
        [255.0, 240.0, 214.0],
        [66.0, 74.0, 92.0],
    ),
    palette(
        [46.0, 58.0, 102.0],
        [236.0, 132.0, 110.0],
        [255.0, 208.0, 140.0],
        [44.0, 40.0, 60.0],
    ),
];
const DAY: [Palette; 4] = [
    palette(
        [52.0, 122.0, 204.0],
        [196.0, 226.0, 244.0],
        [255.0, 252.0, 236.0],
        [62.0, 112.0, 66.0],
    ),
    palette(
        [74.0, 148.0, 214.0],
        [226.0, 238.0, 240.0],
        [255.0, 255.0, 246.0],
        [104.0, 126.0, 62.0],
    ),
    palette(
        [96.0, 142.0, 176.0],
        [222.0, 226.0, 222.0],
        [250.0, 250.0, 240.0],
        [70.0, 96.0, 92.0],
    ),
    palette(
        [40.0, 108.0, 176.0],
        [244.0, 228.0, 196.0],
        [255.0, 250.0, 220.0],
        [172.0, 132.0, 82.0],
    ),
];
const DUSK: [Palette; 3] = [
    palette(
        [38.0, 34.0, 84.0],
        [244.0, 116.0, 74.0],
        [255.0, 196.0, 110.0],
        [34.0, 28.0, 52.0],
    ),
    palette(
        [60.0, 42.0, 98.0],
        [250.0, 150.0, 120.0],
        [255.0, 214.0, 150.0],
        [46.0, 36.0, 62.0],
    ),
    palette(
        [14.0, 18.0, 44.0],
        [62.0, 74.0, 122.0],
        [236.0, 238.0, 226.0],
        [16.0, 20.0, 34.0],
    ),
];

/// Paints the scene and stores it the way the camera was held.
pub(super) fn paint(story: &Story, pixels: u64) -> Result<Picture, String> {
    let mut dice = story.dice.clone();
    let ratio: f64 = if story.wide {
        16.0 / 9.0
    } else {
        *dice.pick(&[4.0 / 3.0, 3.0 / 2.0])
    };
    let ratio = if story.portrait { 1.0 / ratio } else { ratio };
    let size = |pixels: f64| {
        let height = (pixels / ratio).sqrt();
        (
            ((height * ratio / 2.0).round() as usize * 2).max(16),
            ((height / 2.0).round() as usize * 2).max(16),
        )
    };
    let full = size(pixels as f64);
    let small = size(PAINTED_PIXELS.min(pixels as f64));
    let canvas = Canvas::paint(small.0, small.1, story, &mut dice);
    let canvas = canvas.stored_as(story.orientation);
    let full = if story.orientation >= 5 {
        (full.1, full.0)
    } else {
        full
    };
    let mut data = enlarge(&canvas, full.0, full.1)?;
    grain(&mut data, &mut dice);
    Ok(Picture {
        width: full.0,
        height: full.1,
        data,
    })
}

struct Canvas {
    width: usize,
    height: usize,
    data: Vec<u8>,
}

/// One range of hills: a sum of waves.
struct Ridge {
    base: f32,
    waves: [(f32, f32, f32); 5],
    color: Rgb,
}

impl Ridge {
    fn height_at(&self, x: f32) -> f32 {
        self.base
            - self
                .waves
                .iter()
                .map(|(a, f, p)| a * (x * f + p).sin())
                .sum::<f32>()
    }
}

struct Tree {
    x: f32,
    foot: f32,
    size: f32,
}

struct House {
    x: f32,
    width: f32,
    top: f32,
    shade: f32,
    lit: u64,
}

struct Scene {
    colors: &'static Palette,
    sun: (f32, f32, f32),
    ridges: Vec<Ridge>,
    water: Option<f32>,
    trees: Vec<Tree>,
    houses: Vec<House>,
    clouds: Vec<(f32, f32, f32, f32)>,
    stars: bool,
}

impl Scene {
    fn invent(story: &Story, dice: &mut Dice) -> Self {
        let colors = match story.hour {
            h if !(5.0..20.5).contains(&h) => &DUSK[2],
            h if h < 8.0 => dice.pick(&DAWN),
            h if h < 17.5 => dice.pick(&DAY),
            _ => dice.pick(&DUSK[..2]),
        };
        let horizon = dice.between(0.45, 0.68) as f32;
        let count = 3 + dice.below(3);
        let ridges: Vec<Ridge> = (0..count)
            .map(|n| ridge(n, count, horizon, colors, dice))
            .collect();
        let water = dice.chance(0.35).then(|| dice.between(0.78, 0.88) as f32);
        let trees = if water.is_none() && dice.chance(0.7) {
            let near = &ridges[count - 1];
            let tree = |dice: &mut Dice| {
                let x = dice.unit() as f32;
                let size = dice.between(0.04, 0.13) as f32;
                Tree {
                    x,
                    foot: near.height_at(x) + size * 0.15,
                    size,
                }
            };
            (0..6 + dice.below(22)).map(|_| tree(dice)).collect()
        } else {
            Vec::new()
        };
        let town = trees.is_empty() && water.is_none();
        let houses = (0..if town { 18 } else { 0 })
            .map(|n| house(n, dice))
            .collect();
        let cloud = |dice: &mut Dice| {
            let (x, y) = (
                dice.unit() as f32,
                dice.between(0.04, f64::from(horizon) * 0.7) as f32,
            );
            (
                x,
                y,
                dice.between(0.06, 0.22) as f32,
                dice.between(0.012, 0.035) as f32,
            )
        };
        let clouds = (0..dice.below(9)).map(|_| cloud(dice)).collect();
        let sun = (
            dice.unit() as f32,
            dice.between(0.1, f64::from(horizon)) as f32,
            dice.between(0.025, 0.06) as f32,
        );
        Self {
            colors,
            sun,
            ridges,
            water,
            trees,
            houses,
            clouds,
            stars: std::ptr::eq(colors, &DUSK[2]),
        }
    }

    fn sky(&self, x: f32, y: f32, aspect: f32) -> Rgb {
        let mut color = mix(self.colors.zenith, self.colors.horizon, (y * 1.5).min(1.0));
        let (dx, dy) = ((x - self.sun.0) * aspect, y - self.sun.1);
        let distance = (dx * dx + dy * dy).sqrt();
        let disc = ((self.sun.2 - distance) * 300.0 + 0.5).clamp(0.0, 1.0);
        let glow = 0.6 / (1.0 + (distance / self.sun.2).powi(2) * 0.25);
        color = mix(color, self.colors.light, glow.max(disc));
        for (cx, cy, w, h) in &self.clouds {
            let (u, v) = ((x - cx) / w, (y - cy) / h);
            let wobble = 1.0 + 0.35 * (u * 7.0 + cx * 40.0).sin() + 0.2 * (u * 17.0).cos();
            let inside = 1.0 - u * u - v * v / wobble.max(0.3);
            if inside > 0.0 {
                color = mix(color, self.colors.light, (inside * 0.75).min(0.7));
            }
        }
        if self.stars && y < 0.6 {
            let cell = ((x * 400.0) as u64).wrapping_mul(0x9E37_79B9)
                ^ ((y * 400.0) as u64).wrapping_mul(0x85EB_CA6B);
            if Dice(cell).next().is_multiple_of(500) {
                color = mix(color, [255.0; 3], 0.8);
            }
        }
        color
    }

    fn land(&self, x: f32, y: f32, tops: &[f32], aspect: f32) -> Rgb {
        let hit = tops.iter().enumerate().rev().find(|(_, top)| y >= **top);
        let Some((n, top)) = hit else {
            return self.sky(x, y, aspect);
        };
        let depth = ((y - top) * 3.0).min(1.0);
        let texture = 1.0
            + 0.02
                * ((x * 61.0 + y * 37.0).sin() + (x * 143.0 - y * 19.0).cos() + (y * 400.0).sin());
        mix(self.ridges[n].color, self.colors.ground, depth * 0.35).map(|c| c * texture)
    }
}

/// One house of a skyline, from left to right.
fn house(n: usize, dice: &mut Dice) -> House {
    House {
        x: n as f32 / 18.0 + dice.between(-0.02, 0.02) as f32,
        width: dice.between(0.04, 0.08) as f32,
        top: dice.between(0.42, 0.86) as f32,
        shade: dice.between(0.3, 0.7) as f32,
        lit: dice.next(),
    }
}

fn ridge(n: usize, count: usize, horizon: f32, colors: &Palette, dice: &mut Dice) -> Ridge {
    let near = (n + 1) as f32 / count as f32;
    let base = horizon + (0.97 - horizon) * near * near * 0.8;
    let mut wave = |k: i32| {
        let amplitude =
            dice.between(0.3, 1.0) as f32 * 0.075 / (k as f32 * 0.9 + 1.0) * (1.2 - near * 0.6);
        (
            amplitude,
            (2.0 + k as f32 * 4.3) * dice.between(0.6, 1.5) as f32,
            dice.between(0.0, 6.3) as f32,
        )
    };
    let waves = [0, 1, 2, 4, 8].map(&mut wave);
    Ridge {
        base,
        waves,
        color: mix(colors.horizon, colors.ground, 0.25 + 0.75 * near),
    }
}

impl Canvas {
    fn paint(width: usize, height: usize, story: &Story, dice: &mut Dice) -> Self {
        let scene = Scene::invent(story, dice);
        let aspect = width as f32 / height as f32;
        let at = |n: usize, of: usize| (n as f32 + 0.5) / of as f32;
        let tops: Vec<Vec<f32>> = (0..width)
            .map(|x| {
                scene
                    .ridges
                    .iter()
                    .map(|ridge| ridge.height_at(at(x, width)))
                    .collect()
            })
            .collect();
        let mut data = Vec::with_capacity(width * height * 3);
        for py in 0..height {
            let y = at(py, height);
            for (px, tops) in tops.iter().enumerate() {
                let x = at(px, width);
                let color = match scene.water {
                    // Water mirrors what is above it, rippled and darker.
                    Some(shore) if y > shore => {
                        let ripple = 0.006 * (y * 340.0 + (x * 23.0).sin() * 3.0).sin();
                        let mirrored = (2.0 * shore - y + ripple).clamp(0.0, 1.0);
                        mix(
                            scene.land((x + ripple).clamp(0.0, 1.0), mirrored, tops, aspect),
                            scene.colors.zenith,
                            0.35,
                        )
                    }
                    _ => scene.land(x, y, tops, aspect),
                };
                data.extend(color.map(|c| c.clamp(0.0, 255.0) as u8));
            }
        }
        let mut canvas = Self {
            width,
            height,
            data,
        };
        for house in &scene.houses {
            canvas.build(house, scene.colors);
        }
        for tree in &scene.trees {
            canvas.plant(tree, scene.colors.ground.map(|c| c * 0.55));
        }
        canvas
    }

    /// A house: a block with windows, some of them lit.
    fn build(&mut self, house: &House, colors: &Palette) {
        let (w, h) = (self.width as f32, self.height as f32);
        let from = (house.x * w).max(0.0) as usize;
        let to = (((house.x + house.width) * w).max(0.0) as usize).min(self.width);
        let (top, pitch) = (
            (house.top * h) as usize,
            (w.max(h) * 0.012).max(4.0) as usize,
        );
        let wall =
            mix(colors.horizon, colors.ground, 1.0 - house.shade * 0.5).map(|c| c * house.shade);
        for y in top..self.height {
            for x in from..to {
                let (column, row) = ((x - from) / pitch, (y - top) / pitch);
                let inside = (x - from) % pitch * 2 > pitch && (y - top) % pitch * 2 > pitch;
                let lit = Dice(house.lit ^ (column * 977 + row) as u64)
                    .next()
                    .is_multiple_of(3);
                let color = match (inside, lit) {
                    (true, true) => colors.light,
                    (true, false) => wall.map(|c| c * 0.7),
                    _ => wall,
                };
                let at = (y * self.width + x) * 3;
                self.data[at..at + 3].copy_from_slice(&color.map(|c| c as u8));
            }
        }
    }

    /// A fir: a triangle with steps.
    fn plant(&mut self, tree: &Tree, color: Rgb) {
        let (w, h) = (self.width as f32, self.height as f32);
        let top = ((tree.foot - tree.size) * h).max(0.0);
        let foot = (tree.foot * h).min(h - 1.0);
        for y in top as usize..=foot.max(0.0) as usize {
            let down = (y as f32 - top) / (tree.size * h);
            let half = (down * 0.22 + 0.07 * (down * 5.0).fract()) * tree.size * h;
            let (from, to) = (
                (tree.x * w - half).max(0.0) as usize,
                ((tree.x * w + half).max(0.0) as usize).min(self.width),
            );
            for x in from..to {
                let at = (y * self.width + x) * 3;
                self.data[at..at + 3].copy_from_slice(&color.map(|c| c as u8));
            }
        }
    }

    /// The pixels as a camera held that way stores them.
    fn stored_as(self, orientation: u16) -> Self {
        let (w, h) = (self.width, self.height);
        // Where the pixel stored at (x, y) is in the upright picture.
        let upright: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
            2 => |x, y, w, _| (w - 1 - x, y),
            3 => |x, y, w, h| (w - 1 - x, h - 1 - y),
            4 => |x, y, _, h| (x, h - 1 - y),
            5 => |x, y, _, _| (y, x),
            6 => |x, y, w, _| (w - 1 - y, x),
            7 => |x, y, w, h| (w - 1 - y, h - 1 - x),
            8 => |x, y, _, h| (y, h - 1 - x),
            _ => return self,
        };
        let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..height {
            for x in 0..width {
                let (ux, uy) = upright(x, y, w, h);
                data.extend_from_slice(&self.data[(uy * w + ux) * 3..][..3]);
            }
        }
        Self {
            width,
            height,
            data,
        }
    }
}

fn enlarge(canvas: &Canvas, width: usize, height: usize) -> Result<Vec<u8>, String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let from = Image::from_vec_u8(
        canvas.width as u32,
        canvas.height as u32,
        canvas.data.clone(),
        PixelType::U8x3,
    )
    .map_err(|error| failed(&error))?;
    let mut to = Image::new(width as u32, height as u32, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new()
        .resize(&from, &mut to, &options)
        .map_err(|error| failed(&error))?;
    Ok(to.into_vec())
}

/// A faint grain, so that files weigh about what a camera's weigh.
fn grain(data: &mut [u8], dice: &mut Dice) {
    let table: Vec<u8> = (0..65_536).map(|_| (dice.next() % 13) as u8).collect();
    let mut at = 0;
    for row in data.chunks_mut(4099) {
        at = (at + dice.below(61_000)) % (table.len() - 4099);
        for (value, grain) in row.iter_mut().zip(&table[at..]) {
            *value = value.saturating_add(*grain).saturating_sub(6);
        }
    }
}

fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    [0, 1, 2].map(|n| a[n] + (b[n] - a[n]) * share)
}
