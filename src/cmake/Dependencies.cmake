# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Each dependency as one interface target; README.md says what each is for.
find_package(PkgConfig REQUIRED)

find_package(HDF5 REQUIRED COMPONENTS C)
add_library(phasor_hdf5 INTERFACE)
target_include_directories(phasor_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(phasor_hdf5 INTERFACE ${HDF5_C_LIBRARIES})

pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
add_library(phasor_jansson ALIAS PkgConfig::JANSSON)

# MLIR: the C API's archives over the shared libMLIR and libLLVM, so that pass plug-ins share them.
set(PHASOR_LLVM_ROOT /usr/lib/llvm-22 CACHE PATH "Prefix of LLVM and MLIR 22")
find_library(PHASOR_LLVM_LIB NAMES LLVM-22 LLVM PATHS ${PHASOR_LLVM_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
find_library(PHASOR_MLIR_LIB NAMES MLIR PATHS ${PHASOR_LLVM_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
find_program(PHASOR_FILECHECK NAMES FileCheck FileCheck-22 PATHS ${PHASOR_LLVM_ROOT}/bin)
file(GLOB PHASOR_MLIR_CAPI ${PHASOR_LLVM_ROOT}/lib/libMLIRCAPI*.a)

add_library(phasor_llvm INTERFACE)
target_include_directories(phasor_llvm SYSTEM INTERFACE ${PHASOR_LLVM_ROOT}/include)
target_link_libraries(phasor_llvm INTERFACE ${PHASOR_LLVM_LIB})
# The C++ runtime that MLIR's archives need; its own file, so that no C++ compiler has to be there.
find_library(PHASOR_STDCXX_LIB NAMES stdc++ libstdc++.so.6 REQUIRED)
add_library(phasor_mlir INTERFACE)
target_link_libraries(phasor_mlir INTERFACE -Wl,--start-group ${PHASOR_MLIR_CAPI} -Wl,--end-group
                      ${PHASOR_MLIR_LIB} phasor_llvm ${PHASOR_STDCXX_LIB})
# LLVM's libraries live in a private folder.
set(CMAKE_BUILD_RPATH ${PHASOR_LLVM_ROOT}/lib)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR};${PHASOR_LLVM_ROOT}/lib")

pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)

pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
add_library(phasor_yaml ALIAS PkgConfig::YAML)

# Random123 is headers only.
find_path(PHASOR_RANDOM123_INCLUDE Random123/philox.h REQUIRED)
add_library(phasor_random123 INTERFACE)
target_include_directories(phasor_random123 SYSTEM INTERFACE ${PHASOR_RANDOM123_INCLUDE})

# Pictures in reports: drawing, and the layout of graphs.
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
add_library(phasor_cairo ALIAS PkgConfig::CAIRO)
pkg_check_modules(GRAPHVIZ REQUIRED IMPORTED_TARGET libgvc libcgraph)
add_library(phasor_graphviz ALIAS PkgConfig::GRAPHVIZ)
