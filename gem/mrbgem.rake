# SPDX-License-Identifier: MIT
#
# mruby-seccomp as a gem of mruby's own build. mruby looks for src/*.c by
# itself; the other folders of C are named here.
MRuby::Gem::Specification.new('mruby-seccomp') do |spec|
  spec.license = 'MIT'
  spec.authors = 'the libscmp authors'
  spec.summary = 'seccomp(2) filters in Ruby, and blocks for the calls that they trap'
  spec.linker.libraries << 'seccomp'

  folders = %w[filter trap data]
  spec.cc.include_paths += ['src', *folders].map { |folder| "#{dir}/#{folder}" }
  spec.cc.defines << '_GNU_SOURCE'
  spec.objs += folders.flat_map do |folder|
    Dir.glob("#{dir}/#{folder}/*.c").map { |file| objfile(file.relative_path_from(dir).pathmap("#{build_dir}/%X")) }
  end
end
