#include "e2e/bench/tuning_knobs.h"

#include <array>

namespace bench {
namespace {

using search::Tuning;

// clang-format off
constexpr std::array kKnobs{
    Knob{"w_name", [](Tuning& t) -> float& { return t.field_weight[0]; }},
    Knob{"w_server", [](Tuning& t) -> float& { return t.field_weight[1]; }},
    Knob{"w_summary", [](Tuning& t) -> float& { return t.field_weight[2]; }},
    Knob{"w_description", [](Tuning& t) -> float& { return t.field_weight[3]; }},
    Knob{"w_pnames", [](Tuning& t) -> float& { return t.field_weight[4]; }},
    Knob{"w_ptexts", [](Tuning& t) -> float& { return t.field_weight[5]; }},
    Knob{"b_name", [](Tuning& t) -> float& { return t.field_b[0]; }},
    Knob{"b_summary", [](Tuning& t) -> float& { return t.field_b[2]; }},
    Knob{"b_description", [](Tuning& t) -> float& { return t.field_b[3]; }},
    Knob{"b_pnames", [](Tuning& t) -> float& { return t.field_b[4]; }},
    Knob{"b_ptexts", [](Tuning& t) -> float& { return t.field_b[5]; }},
    Knob{"k1", [](Tuning& t) -> float& { return t.k1; }},
    Knob{"part", [](Tuning& t) -> float& { return t.part_weight; }},
    Knob{"join", [](Tuning& t) -> float& { return t.join_weight; }},
    Knob{"same", [](Tuning& t) -> float& { return t.same_weight; }},
    Knob{"near", [](Tuning& t) -> float& { return t.near_weight; }},
    Knob{"derived", [](Tuning& t) -> float& { return t.derived_weight; }},
    Knob{"typo", [](Tuning& t) -> float& { return t.typo_weight; }},
    Knob{"weak", [](Tuning& t) -> float& { return t.weak_weight; }},
    Knob{"filler", [](Tuning& t) -> float& { return t.filler_weight; }},
    Knob{"path", [](Tuning& t) -> float& { return t.path_weight; }},
    Knob{"idf", [](Tuning& t) -> float& { return t.idf_power; }},
    Knob{"clause", [](Tuning& t) -> float& { return t.clause_weight; }},
    Knob{"server", [](Tuning& t) -> float& { return t.server_weight; }},
    Knob{"act", [](Tuning& t) -> float& { return t.act_penalty; }},
    Knob{"cov_pow", [](Tuning& t) -> float& { return t.coverage_power; }},
    Knob{"coverage", [](Tuning& t) -> float& { return t.coverage_weight; }},
};
// clang-format on

}  // namespace

std::span<const Knob> knobs() {
  return kKnobs;
}

}  // namespace bench
