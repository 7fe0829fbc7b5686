# SPDX-License-Identifier: MIT
#
# What a policy sees, the part in Ruby. Output goes to the log, one write a
# call; File only reads; Time is UTC.

module Kernel
  # call-seq: puts(*objects) -> nil
  def puts(*objects)
    text = ""
    objects.flatten.each do |object|
      line = object.to_s
      text << line
      text << "\n" unless line[-1] == "\n"
    end
    __write(objects.empty? ? "\n" : text)
    nil
  end

  # call-seq: print(*objects) -> nil
  def print(*objects)
    __write(objects.join)
    nil
  end

  # call-seq: p(*objects) -> the object, or an Array of them
  def p(*objects)
    __write(objects.map { |object| object.inspect + "\n" }.join) unless objects.empty?
    objects.size > 1 ? objects : objects[0]
  end
end

class SystemCallError < StandardError
  attr_reader :errno

  def initialize(text = nil)
    @errno = self.class::Errno
    super(text || self.class.to_s)
  end
end

# Errno::ENOENT and its like come into being when they are named.
module Errno
  def self.__of(name)
    const_get(name)
  end

  def self.const_missing(name)
    number = __number(name)
    return super if number == 0
    error = Class.new(SystemCallError)
    error.const_set(:Errno, number)
    const_set(name, error)
  end
end

class File
  # call-seq: File.readlines(path, chomp: false) -> Array of String
  def self.readlines(path, chomp: false)
    lines = read(path).lines
    chomp ? lines.map { |line| line.chomp } : lines
  end

  # call-seq: File.basename(path) -> String
  def self.basename(path)
    path.split("/").last || "/"
  end
end

class << ENV
  # call-seq: ENV.fetch(name, default) -> String or default
  def fetch(name, *default)
    value = self[name]
    return value if value
    return default[0] unless default.empty?
    return yield(name) if block_given?
    raise KeyError, "environment variable #{name} is not set"
  end

  # call-seq: ENV.key?(name) -> true or false
  def key?(name)
    !self[name].nil?
  end

  alias include? key?

  def inspect
    "ENV"
  end

  alias to_s inspect
end

class Time
  include Comparable

  attr_reader :sec, :min, :hour, :day, :month, :year, :wday, :nsec

  # call-seq: Time.now -> Time
  def self.now
    new(*__clock)
  end

  # call-seq: Time.at(seconds) -> Time
  def self.at(seconds)
    new(seconds.floor, ((seconds - seconds.floor) * 1_000_000_000).to_i)
  end

  def initialize(seconds = nil, nsec = 0)
    seconds, nsec = Time.__clock if seconds.nil?
    @seconds = seconds
    @nsec = nsec
    days = seconds.div(86_400)
    rest = seconds - days * 86_400
    @hour = rest.div(3600)
    @min = (rest - @hour * 3600).div(60)
    @sec = rest % 60
    @wday = (days + 4) % 7
    # The civil calendar in eras of 400 years that begin on 1 March.
    days += 719_468
    era = days.div(146_097)
    doe = days - era * 146_097
    yoe = (doe - doe.div(1460) + doe.div(36_524) - doe.div(146_096)).div(365)
    doy = doe - (365 * yoe + yoe.div(4) - yoe.div(100))
    month = (5 * doy + 2).div(153)
    @day = doy - (153 * month + 2).div(5) + 1
    @month = month < 10 ? month + 3 : month - 9
    @year = yoe + era * 400 + (@month <= 2 ? 1 : 0)
  end

  def to_i
    @seconds
  end

  def to_f
    @seconds + @nsec / 1_000_000_000.0
  end

  def <=>(other)
    return nil unless other.is_a?(Time)
    order = @seconds <=> other.to_i
    order == 0 ? @nsec <=> other.nsec : order
  end

  def +(seconds)
    Time.at(to_f + seconds)
  end

  # call-seq: time - seconds -> Time; time - time -> Float
  def -(other)
    other.is_a?(Time) ? (@seconds - other.to_i) + (@nsec - other.nsec) / 1_000_000_000.0 : Time.at(to_f - other)
  end

  def to_s
    sprintf("%04d-%02d-%02d %02d:%02d:%02d UTC", @year, @month, @day, @hour, @min, @sec)
  end

  alias inspect to_s
end
