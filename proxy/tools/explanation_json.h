// What a search says of its own ranking, as JSON for agents and for people's programs. Pure.
#pragma once
#include "base/json.h"
#include "search/tool_index.h"

namespace proxy::tools {

// Writes the member "explanation" into an open object: {terms:[{word,term,reason,score,fields}],
// clause,server,coverage,act,prior,factor}. Scores have the unit of the hit's score, and add up to
// it before `factor` is applied.
void write_explanation(base::JsonWriter& json, const search::Explanation& explanation);

// Writes what was taken for words that no tool knows, {"word":"taken for"}, and a hint where the
// answer needs one; members of an open object. Nothing when there is nothing to say.
void write_remarks(base::JsonWriter& json, const search::SearchAnswer& answer);

}  // namespace proxy::tools
