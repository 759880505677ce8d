# The built daemon as its users meet it, tested from outside in JavaScript. ./dev test installs what
# these need and chooses the Node.
if(NOT TARGET mcptrunk)
  return()
endif()

function(node_test folder what)
  add_test(NAME "e2e: ${what}"
    COMMAND ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/run ${folder} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
  set_tests_properties("e2e: ${what}" PROPERTIES LABELS e2e TIMEOUT 900)
endfunction()

node_test(clients "official MCP clients")
node_test(upstreams "official servers as upstreams")
node_test(conformance "official conformance suite")
node_test(faults "faults and bad input")
node_test(commands "commands and REST")
node_test(attacks "attacks")
node_test(crash "crash")
node_test(fleet "fleet")
