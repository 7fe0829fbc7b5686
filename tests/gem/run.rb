# SPDX-License-Identifier: MIT
#
# Runs the gem's own tests (gem/test/*.rb, written for mruby's `assert`) under
# `scmp ruby`: scmp ruby run.rb TEST. Prints TAP; exits with 1 if one failed.

$number = 0
$failed = []

def assert(title)
  $number += 1
  $problems = []
  begin
    yield
  rescue => e
    $problems << "#{e.message} (#{e.class}) at #{e.backtrace[0]}"
  end
  puts "#{$problems.empty? ? 'ok' : 'not ok'} #{$number} - #{title}"
  $problems.each { |problem| puts "# #{problem}" }
  $failed << title unless $problems.empty?
end

def assert_equal(expected, actual)
  $problems << "expected #{expected.inspect}, got #{actual.inspect}" unless expected == actual
end

def assert_true(actual)
  assert_equal(true, actual)
end

def assert_nil(actual)
  assert_equal(nil, actual)
end

def assert_include(text, part)
  $problems << "#{text.inspect} does not include #{part.inspect}" unless text.to_s.include?(part)
end

def assert_kind_of(expected, object)
  $problems << "#{object.inspect} is no #{expected}" unless object.is_a?(expected)
end

# The message of the exception that the block is expected to raise.
def assert_raise_message(expected)
  yield
  $problems << "#{expected} was not raised"
  nil
rescue expected => e
  e.message
end

eval(File.read(ARGV[0]), nil, ARGV[0], 1)
puts "1..#{$number}"
exit($failed.empty? && $number > 0 ? 0 : 1)
